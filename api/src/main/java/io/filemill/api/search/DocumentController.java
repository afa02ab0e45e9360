package io.filemill.api.search;

import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.document.DocumentRepository;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Removes documents from the search. */
@RestController
final class DocumentController {
    private final DocumentRepository documents;
    private final CurrentUser user;
    private final Audit audit;

    DocumentController(DocumentRepository documents, CurrentUser user, Audit audit) {
        this.documents = documents;
        this.user = user;
        this.audit = audit;
    }

    /**
     * Deletes a document and all its passages. The tasks that made it stay as they are; the same file can be ingested again.
     *
     * @param id the {@code document_id} of a hit, which the {@code id} in the result of a file is too
     */
    @DeleteMapping("/v1/documents/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id) {
        boolean deleted = audit.of(
                Action.DOCUMENT_DELETE,
                () -> documents.delete(user.id(), id),
                done -> done ? Optional.of(Subject.of(id)) : Optional.empty());
        if (!deleted) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "There is no document " + id + ". GET /v1/search shows the document_id of each hit.");
        }
    }
}
