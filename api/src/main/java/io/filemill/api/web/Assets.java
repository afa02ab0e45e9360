package io.filemill.api.web;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Serves the page at {@code /}, and what it consists of at {@code /assets/}, its library included. Browsers keep it and ask by entity tag whether it is still
 * the same, so a new version of the server shows its own page at once. Safe for use by several threads.
 */
@Component
final class Assets implements WebMvcConfigurer {
    private static final String PAGE = "/";
    private static final String ALL = "/assets/**";
    private static final String OF_LIBRARY = "/assets/lit-html/**";

    private final Map<String, String> tags = new ConcurrentHashMap<>();
    private final String libraryVersion;

    Assets(Environment environment) {
        libraryVersion = environment.getRequiredProperty("filemill.web.lit-html-version");
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        add(registry, OF_LIBRARY, "classpath:/META-INF/resources/webjars/lit-html/" + libraryVersion + "/");
        add(registry, ALL, "classpath:/web/assets/");
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addViewController(PAGE).setViewName("forward:/assets/index.html");
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new PageHeaders()).addPathPatterns(PAGE, ALL);
    }

    private void add(ResourceHandlerRegistry registry, String pattern, String location) {
        registry.addResourceHandler(pattern)
                .addResourceLocations(location)
                .setCacheControl(CacheControl.noCache())
                .setUseLastModified(false)
                .setEtagGenerator(this::tag);
    }

    private String tag(Resource resource) {
        return tags.computeIfAbsent(resource.getDescription(), name -> ContentTag.of(resource));
    }
}
