package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/** Keeps JSON bodies, which are read into memory, to a size that holds some hundred thousand paths. */
@RestControllerAdvice
final class JsonBodyLimit extends RequestBodyAdviceAdapter {
    static final long MAX_BYTES = 128L << 20;

    private final long maxBytes;
    private final Pace pace;

    @Autowired
    JsonBodyLimit(ApiProperties properties) {
        this(MAX_BYTES, Pace.atLeast(properties.upload().minBytesPerSecond()));
    }

    JsonBodyLimit(long maxBytes) {
        this(maxBytes, Pace.ANY);
    }

    private JsonBodyLimit(long maxBytes, Pace pace) {
        this.maxBytes = maxBytes;
        this.pace = pace;
    }

    @Override
    public boolean supports(
            MethodParameter parameter, Type targetType, Class<? extends HttpMessageConverter<?>> converterType) {
        return true;
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage message,
            MethodParameter parameter,
            Type targetType,
            Class<? extends HttpMessageConverter<?>> converterType)
            throws IOException {
        String tooLong = "The JSON is longer than " + maxBytes
                + " bytes. Name folders or globs instead of single files, or send several tasks.";
        return new LimitedMessage(message.getHeaders(), new GuardedBody(message.getBody(), maxBytes, tooLong, pace));
    }

    private record LimitedMessage(HttpHeaders headers, InputStream body) implements HttpInputMessage {
        @Override
        public InputStream getBody() {
            return body;
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }
}
