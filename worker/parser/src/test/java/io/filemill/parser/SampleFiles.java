package io.filemill.parser;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.poi.poifs.crypt.EncryptionInfo;
import org.apache.poi.poifs.crypt.EncryptionMode;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.poi.xwpf.usermodel.XWPFDocument;

/** Writes small documents of each kind. */
final class SampleFiles {
    private final Path directory;

    SampleFiles(Path directory) {
        this.directory = directory;
    }

    Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    Path text(String name, String content) throws IOException {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A PDF with one line of text on each page; an empty string makes an empty page. */
    byte[] pdf(List<String> pages, String password) throws IOException {
        try (var document = new PDDocument();
                var bytes = new ByteArrayOutputStream()) {
            for (var text : pages) {
                var page = new PDPage();
                document.addPage(page);
                if (!text.isEmpty()) {
                    writeLine(document, page, text);
                }
            }
            document.getDocumentInformation().setTitle("Sample title");
            if (!password.isEmpty()) {
                document.protect(new StandardProtectionPolicy(password, password, new AccessPermission()));
            }
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    private static void writeLine(PDDocument document, PDPage page, String text) throws IOException {
        try (var content = new PDPageContentStream(document, page)) {
            content.beginText();
            content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
            content.newLineAtOffset(72, 700);
            content.showText(text);
            content.endText();
        }
    }

    /** A DOCX with a paragraph, a table, and a paragraph. */
    byte[] docx(String before, List<List<String>> rows, String after) throws IOException {
        try (var document = new XWPFDocument();
                var bytes = new ByteArrayOutputStream()) {
            document.createParagraph().createRun().setText(before);
            var table = document.createTable(rows.size(), rows.get(0).size());
            for (var row = 0; row < rows.size(); row++) {
                for (var column = 0; column < rows.get(row).size(); column++) {
                    table.getRow(row).getCell(column).setText(rows.get(row).get(column));
                }
            }
            document.createParagraph().createRun().setText(after);
            document.write(bytes);
            return bytes.toByteArray();
        }
    }

    /** A DOCX with this XML inside its body. */
    byte[] docxWithBody(String body) throws IOException {
        var document = new ByteArrayInputStream(docx("", List.of(List.of("")), ""));
        var bytes = new ByteArrayOutputStream();
        try (var in = new ZipInputStream(document);
                var out = new ZipOutputStream(bytes)) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                var xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(xml.replace("<w:body>", "<w:body>" + body).getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** A PPTX with a text box on each slide. */
    byte[] pptx(List<String> slides) throws IOException {
        try (var show = new XMLSlideShow();
                var bytes = new ByteArrayOutputStream()) {
            for (var text : slides) {
                show.createSlide().createTextBox().setText(text);
            }
            show.write(bytes);
            return bytes.toByteArray();
        }
    }

    /** An XLSX with one sheet for each name, all with the same rows. */
    byte[] xlsx(List<String> sheets, List<List<String>> rows) throws IOException {
        try (var workbook = new XSSFWorkbook();
                var bytes = new ByteArrayOutputStream()) {
            for (var name : sheets) {
                var sheet = workbook.createSheet(name);
                for (var row = 0; row < rows.size(); row++) {
                    var cells = sheet.createRow(row);
                    for (var column = 0; column < rows.get(row).size(); column++) {
                        cells.createCell(column).setCellValue(rows.get(row).get(column));
                    }
                }
            }
            workbook.write(bytes);
            return bytes.toByteArray();
        }
    }

    /** An office file that is wrapped in a password. */
    byte[] withPassword(byte[] office, String password) throws Exception {
        try (var files = new POIFSFileSystem();
                var bytes = new ByteArrayOutputStream()) {
            var encryptor = new EncryptionInfo(EncryptionMode.agile).getEncryptor();
            encryptor.confirmPassword(password);
            try (OutputStream content = encryptor.getDataStream(files)) {
                content.write(office);
            }
            files.writeFilesystem(bytes);
            return bytes.toByteArray();
        }
    }

    byte[] zip(Map<String, byte[]> entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
