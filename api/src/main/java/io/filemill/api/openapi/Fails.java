package io.filemill.api.openapi;

import io.filemill.api.problem.ProblemType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says with which problems a route may answer, beside those that its signature implies: every code of an answer is documented. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fails {
    /** The kinds of problems. */
    ProblemType[] value();
}
