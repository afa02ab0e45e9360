package io.filemill.api.openapi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says with which status and body a route answers, where its return type and {@code @ResponseStatus} do not. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Responds.All.class)
public @interface Responds {
    /** The status code. */
    int status();

    /** What the JSON is written from, or {@code String} for text. */
    Class<?> body();

    /** What an answer with this status means; may be left out for a success. */
    String description() default "";

    /** Several of them on one method; the compiler's business. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface All {
        /** The answers, in their order. */
        Responds[] value();
    }
}
