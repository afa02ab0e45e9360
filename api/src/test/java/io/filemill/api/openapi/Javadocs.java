package io.filemill.api.openapi;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** What the source says of its types and methods, as Markdown. */
final class Javadocs {
    private static final Doc NONE = new Doc(Integer.MAX_VALUE, "", "", Map.of());
    private static final Pattern CAMEL_CASE = Pattern.compile("[a-z]+([A-Z][a-z0-9]*)+");

    private final Map<String, Doc> docs = new LinkedHashMap<>();

    /**
     * One comment.
     *
     * @param order of it among all that were read
     * @param summary the first sentence
     * @param rest what follows it
     */
    record Doc(int order, String summary, String rest, Map<String, String> parameters) {
        String text() {
            return rest.isEmpty() ? summary : summary + " " + rest;
        }

        String parameter(String name) {
            return parameters.getOrDefault(name, "");
        }
    }

    /** Reads all Java files below folders. */
    static Javadocs read(Path... roots) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
            }
        }
        var docs = new Javadocs();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var task = (JavacTask) compiler.getTask(
                    null,
                    files,
                    diagnostic -> {},
                    List.of("-proc:none"),
                    null,
                    files.getJavaFileObjectsFromPaths(sources));
            var trees = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                docs.new Reader(trees, unit).scan(unit, null);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return docs;
    }

    Doc of(Class<?> type) {
        return docs.getOrDefault(type.getName(), NONE);
    }

    Doc of(Method method) {
        return docs.getOrDefault(
                key(method.getDeclaringClass().getName(), method.getName(), method.getParameterCount()), NONE);
    }

    private static String key(String type, String method, int parameters) {
        return type + "#" + method + "/" + parameters;
    }

    /** The name that JSON has for a name of Java. */
    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private final class Reader extends TreePathScanner<Void, Void> {
        private final DocTrees trees;
        private final String prefix;
        private final Deque<String> types = new ArrayDeque<>();

        Reader(DocTrees trees, CompilationUnitTree unit) {
            this.trees = trees;
            prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            types.addLast(type.getSimpleName().toString());
            remember(typeName());
            super.visitClass(type, nothing);
            types.removeLast();
            return nothing;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            remember(key(
                    typeName(),
                    method.getName().toString(),
                    method.getParameters().size()));
            return super.visitMethod(method, nothing);
        }

        private String typeName() {
            return prefix + String.join("$", types);
        }

        private void remember(String key) {
            DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
            if (comment == null) {
                docs.putIfAbsent(key, new Doc(docs.size(), "", "", Map.of()));
                return;
            }
            Map<String, String> parameters = comment.getBlockTags().stream()
                    .filter(ParamTree.class::isInstance)
                    .map(ParamTree.class::cast)
                    .collect(Collectors.toMap(
                            tag -> tag.getName().toString(), tag -> sentence(text(tag.getDescription())), (a, b) -> a));
            docs.put(key, new Doc(docs.size(), text(comment.getFirstSentence()), text(comment.getBody()), parameters));
        }
    }

    private static String sentence(String text) {
        return text.isEmpty()
                ? text
                : Character.toUpperCase(text.charAt(0)) + text.substring(1) + (text.endsWith(".") ? "" : ".");
    }

    private static String text(List<? extends DocTree> nodes) {
        return nodes.stream()
                .map(Javadocs::text)
                .collect(Collectors.joining())
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String text(DocTree node) {
        if (node instanceof LiteralTree literal) {
            String body = literal.getBody().getBody().strip();
            return literal.getKind() == DocTree.Kind.CODE
                    ? "`" + (CAMEL_CASE.matcher(body).matches() ? snakeCase(body) : body) + "`"
                    : body;
        }
        if (node instanceof LinkTree link) {
            return link.getLabel().isEmpty()
                    ? link.getReference().getSignature().replace("#", "")
                    : text(link.getLabel());
        }
        return switch (node.getKind()) {
            case TEXT -> node.toString();
            case ENTITY ->
                node.toString().equals("&lt;") ? "<" : node.toString().equals("&gt;") ? ">" : node.toString();
            default -> " ";
        };
    }
}
