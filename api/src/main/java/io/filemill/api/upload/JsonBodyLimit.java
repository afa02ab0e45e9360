package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
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

    JsonBodyLimit() {
        this(MAX_BYTES);
    }

    JsonBodyLimit(long maxBytes) {
        this.maxBytes = maxBytes;
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
        return new LimitedMessage(message.getHeaders(), new LimitedStream(message.getBody(), maxBytes));
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

    private static final class LimitedStream extends FilterInputStream {
        private final long limit;
        private long read;

        LimitedStream(InputStream in, long limit) {
            super(in);
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count(b < 0 ? 0 : 1);
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            count(Math.max(0, n));
            return n;
        }

        private void count(int bytes) {
            read += bytes;
            if (read > limit) {
                throw new ProblemException(
                        ProblemType.TOO_LARGE,
                        "The JSON is longer than " + limit
                                + " bytes. Name folders or globs instead of single files, or send" + " several tasks.");
            }
        }
    }
}
