/** The description of the API as an OpenAPI document, its page for people, and the annotations that it is made from beside the routes. */
@NullMarked
package io.filemill.api.openapi;

import org.jspecify.annotations.NullMarked;
