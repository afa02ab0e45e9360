/** Filemill inside of a Spring Boot application; {@link io.filemill.spring.TaskService} is the bean that it gets. */
@NullMarked
package io.filemill.spring;

import org.jspecify.annotations.NullMarked;
