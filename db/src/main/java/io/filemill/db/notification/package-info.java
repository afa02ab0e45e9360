/** Wake-ups and cancellations that travel through PostgreSQL's LISTEN and NOTIFY. */
@NullMarked
package io.filemill.db.notification;

import org.jspecify.annotations.NullMarked;
