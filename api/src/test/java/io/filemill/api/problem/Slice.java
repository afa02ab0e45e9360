package io.filemill.api.problem;

import io.filemill.api.JsonFormat;
import java.util.stream.Stream;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import tools.jackson.databind.json.JsonMapper;

/** Controllers with the JSON and the errors of the real server, without its context. */
public final class Slice {
    private Slice() {}

    /** The mapper of the real server. */
    public static JsonMapper json() {
        JsonMapper.Builder builder = JsonMapper.builder();
        new JsonFormat().customize(builder);
        return builder.build();
    }

    /**
     * A client of one controller.
     *
     * @param advice further advice besides that for errors
     */
    public static MockMvcTester of(Object controller, Object... advice) {
        JsonMapper.Builder builder = JsonMapper.builder();
        new JsonFormat().customize(builder);
        Object[] all = Stream.concat(Stream.of(new ProblemHandler()), Stream.of(advice))
                .toArray();
        return MockMvcTester.create(MockMvcBuilders.standaloneSetup(controller)
                .setControllerAdvice(all)
                .setMessageConverters(new JacksonJsonHttpMessageConverter(builder))
                .build());
    }
}
