package io.filemill.api.dashboard;

import io.filemill.api.ApiProperties;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** JobRunr's pages at {@code /dashboard}, with the data that they ask for at {@code /api} and {@code /sse}. */
@Configuration(proxyBeanMethods = false)
class DashboardConfiguration {
    @Bean
    DashboardServlet dashboardServlet(@Qualifier("dataSource") ObjectProvider<DataSource> dataSource) {
        return new DashboardServlet(dataSource);
    }

    @Bean
    ServletRegistrationBean<DashboardServlet> dashboardServletRegistration(
            DashboardServlet servlet, ApiProperties properties) {
        var registration = new ServletRegistrationBean<>(servlet, "/dashboard/*", "/api/*", "/sse/*");
        registration.setAsyncSupported(true);
        registration.setEnabled(properties.dashboard().enabled());
        return registration;
    }
}
