package io.filemill.client;

import java.io.IOException;

/**
 * No answer came: the server could not be reached, or the connection broke, for as long as the client tries again. A submission that ended so
 * may have been accepted; sent again under the same key it makes no second task.
 */
public final class UnreachableException extends FilemillException {
    UnreachableException(String message, IOException cause) {
        super(message, cause);
    }
}
