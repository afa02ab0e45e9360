package io.filemill.api.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** Refuses, before anything is started, to let everybody on a network do everything, unless the settings say that this is wanted. */
public final class OpenModeCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        String host = environment.getProperty("filemill.host", "127.0.0.1");
        boolean wanted = environment.getProperty("filemill.auth.open-on-network", Boolean.class, false);
        if (AccessMode.of(environment) == AccessMode.OPEN && !wanted && !isLoopback(host)) {
            throw new OpenToNetworkException(host);
        }
    }

    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true; // the web server says it better
        }
    }

    /** The server would be open to other machines. The message says what to do. */
    public static final class OpenToNetworkException extends RuntimeException {
        OpenToNetworkException(String host) {
            super(message(host));
        }
    }

    static String message(String host) {
        return "No sign-in is set up, so Filemill listens on the loopback address only, not on " + host
                + ". Set FILEMILL_AUTH=required and make a key with: filemill keys create; or name an identity provider with"
                + " FILEMILL_JWT_ISSUER and FILEMILL_JWT_AUDIENCE. If everybody who reaches the address may do everything,"
                + " set FILEMILL_OPEN_ON_NETWORK=true.";
    }
}
