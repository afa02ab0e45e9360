package io.filemill.api.security;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.token.TaskTokens;
import io.filemill.db.token.UserToken;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Keeps the caller's token for tasks whose processor acts in the name of the user. Safe for use by several threads. */
@Component
public final class UserTokens {
    private final Set<String> processors;
    private final TaskTokens tokens;
    private final CurrentUser user;

    UserTokens(AuthProperties properties, TaskTokens tokens, CurrentUser user) {
        this.processors = Set.copyOf(properties.tokenProcessors());
        this.tokens = tokens;
        this.user = user;
    }

    /**
     * Checks that a task of the processor could have what it needs.
     *
     * @throws ProblemException if it needs a token, and the caller has none or none can be kept
     */
    public void require(String processor) {
        if (!areNeededBy(processor)) {
            return;
        }
        if (!tokens.canKeep()) {
            throw new ProblemException(
                    ProblemType.NO_USER_TOKEN,
                    "The processor " + processor
                            + " needs your token, which this server may not store unencrypted. An administrator has to set"
                            + " FILEMILL_TOKEN_KEY for the server and its nodes.");
        }
        if (user.caller().token() == null) {
            throw new ProblemException(
                    ProblemType.NO_USER_TOKEN,
                    "The processor " + processor
                            + " acts in your name and needs your token. Sign in with a token of your identity provider;"
                            + " an API key cannot stand for it.");
        }
    }

    /** Whether tasks of the processor need the token of their user. */
    public boolean areNeededBy(String processor) {
        return processors.contains(processor);
    }

    /** Whether there is any processor that needs tokens. */
    public boolean areEverNeeded() {
        return !processors.isEmpty();
    }

    /** Keeps the caller's token until the task ends, if its processor needs it. Joins the transaction that submits or retries the task. */
    public void keep(UUID task, String processor) {
        UserToken token = user.caller().token();
        if (areNeededBy(processor) && token != null) {
            tokens.keep(task, token);
        }
    }
}
