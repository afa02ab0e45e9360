package io.filemill.worker.document;

import io.filemill.db.document.DocumentRepository;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.isolation.ChildOptions;
import io.filemill.worker.isolation.ChildPool;
import io.filemill.worker.isolation.ClassPathDirectory;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of the document processor. */
@Configuration(proxyBeanMethods = false)
public class DocumentConfiguration {
    private static final String MAIN_CLASS = "io.filemill.parser.ParserMain";

    /** The parser's child processes; none is started before the first file. */
    @Bean(destroyMethod = "close")
    ChildPool parserPool(ParserSettings settings, Telemetry telemetry) throws IOException {
        var classPath = ClassPathDirectory.layOut("filemill-parser", settings.directory());
        return new ChildPool(
                ChildOptions.of(classPath, MAIN_CLASS, settings.heapMegabytes()),
                settings.slots(),
                telemetry.metrics().registry());
    }

    /** The processor. */
    @Bean
    FileProcessor documentProcessor(DocumentRepository documents, ChildPool parserPool, ParserSettings settings) {
        return new DocumentProcessor(documents, new DocumentParser(parserPool));
    }
}
