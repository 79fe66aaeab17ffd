import java.io.*;
import java.lang.management.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.*;
import org.apache.lucene.index.*;
import org.apache.lucene.search.*;
import org.apache.lucene.store.MMapDirectory;

/**
 * Lucene of Java for the search benchmark: builds an index of a file of lines, then answers questions line by line on standard input.
 * Arguments: FOLDER DOCUMENTS. A question: KIND, text, pairs, province, first and last band between tabs. An answer: total, sum over the industry
 * facet, wall and thread CPU nanoseconds, then up to ten numbers of companies.
 */
public final class LuceneServer {
    private static IndexSearcher searcher;

    public static void main(String[] args) throws IOException {
        MMapDirectory directory = new MMapDirectory(Paths.get(args[0]));
        build(directory, args[1]);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        long cpu = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        out.println(cpu + "\t" + parse);
        searcher = new IndexSearcher(DirectoryReader.open(directory));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String[] q = line.split("\t", -1);
            long before = threads.getCurrentThreadCpuTime(), start = System.nanoTime();
            Answer answer = ask(q[0], q[1], q[2].split(" "), Integer.parseInt(q[3]), Integer.parseInt(q[4]), Integer.parseInt(q[5]));
            long wall = System.nanoTime() - start, spent = threads.getCurrentThreadCpuTime() - before;
            StringBuilder text = new StringBuilder().append(answer.total).append('\t').append(answer.facets).append('\t').append(wall).append('\t').append(spent).append('\t');
            for (ScoreDoc hit : answer.hits) text.append(hit.doc + 1).append(' ');
            out.println(text);
        }
    }

    private record Answer(ScoreDoc[] hits, long total, long facets) { }

    private static long parse; // CPU nanoseconds spent on reading and splitting lines

    private static void build(MMapDirectory directory, String documents) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        try (BufferedReader lines = Files.newBufferedReader(Paths.get(documents))) {
            for (String line; (line = lines.readLine()) != null;) line.split("\t", -1);
        }
        parse = threads.getCurrentThreadCpuTime() - before;
        IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer());
        config.setRAMBufferSizeMB(256).setUseCompoundFile(false).setMergeScheduler(new SerialMergeScheduler()).setMergePolicy(new LogDocMergePolicy());
        FieldType text = new FieldType();
        text.setTokenized(true);
        text.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        FieldType words = new FieldType();
        words.setTokenized(true);
        words.setOmitNorms(true);
        words.setIndexOptions(IndexOptions.DOCS);
        try (BufferedReader lines = Files.newBufferedReader(Paths.get(documents)); IndexWriter writer = new IndexWriter(directory, config)) {
            for (String line; (line = lines.readLine()) != null;) {
                String[] d = line.split("\t", -1);
                Document document = new Document();
                document.add(new Field("name", d[2], text));
                document.add(new Field("scope", d[5], text));
                document.add(new StringField("code", d[3], Field.Store.NO));
                document.add(new StringField("person", d[4], Field.Store.NO));
                document.add(new Field("keys", d[10], words));
                document.add(new Field("initials", d[11], words));
                document.add(new StoredField("label", d[1]));
                document.add(new StringField("province", d[6], Field.Store.NO));
                document.add(new StringField("status", d[8], Field.Store.NO));
                document.add(new StringField("band", d[9], Field.Store.NO));
                document.add(new NumericDocValuesField("facets", Long.parseLong(d[6]) | Long.parseLong(d[7]) << 8 | Long.parseLong(d[8]) << 16 | Long.parseLong(d[9]) << 24));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            writer.commit();
        }
    }

    private static Answer ask(String kind, String text, String[] pairs, int province, int band, int lastBand) throws IOException {
        switch (kind) {
            case "TwoCharacters": case "FullName": return top(all("name", pairs));
            case "Scope": return top(all("scope", pairs));
            case "Person": return top(new ConstantScoreQuery(new TermQuery(new Term("person", text))));
            case "CreditCode": return top(new ConstantScoreQuery(new TermQuery(new Term("code", text))));
            case "Prefix": return first(new PrefixQuery(new Term("keys", text)));
            case "Initials": return first(new PrefixQuery(new Term("initials", text)));
            case "Typo": {
                List<String> distinct = distinct(pairs);
                BooleanQuery.Builder any = new BooleanQuery.Builder();
                for (String pair : distinct) any.add(new TermQuery(new Term("name", pair)), BooleanClause.Occur.SHOULD);
                any.setMinimumNumberShouldMatch(Math.max(1, Math.max(distinct.size() / 2, distinct.size() - 3)));
                return new Answer(top(any.build()).hits, -1, 0);
            }
            default: {
                BooleanQuery.Builder filtered = new BooleanQuery.Builder().add(all("name", pairs), BooleanClause.Occur.MUST);
                filtered.add(new TermQuery(new Term("status", "1")), BooleanClause.Occur.FILTER);
                if (kind.equals("Narrow")) filtered.add(new TermQuery(new Term("province", Integer.toString(province))), BooleanClause.Occur.FILTER);
                else {
                    BooleanQuery.Builder bands = new BooleanQuery.Builder();
                    for (int b = band; b <= lastBand; b++) bands.add(new TermQuery(new Term("band", Integer.toString(b))), BooleanClause.Occur.SHOULD);
                    filtered.add(bands.build(), BooleanClause.Occur.FILTER);
                }
                TopScoreDocCollector best = TopScoreDocCollector.create(10, Integer.MAX_VALUE);
                Facets facets = new Facets();
                searcher.search(filtered.build(), MultiCollector.wrap(best, facets));
                TopDocs found = best.topDocs();
                return new Answer(found.scoreDocs, found.totalHits.value, facets.industries());
            }
        }
    }

    /** The ten best and the exact total. */
    private static Answer top(Query query) throws IOException {
        TopScoreDocCollector best = TopScoreDocCollector.create(10, Integer.MAX_VALUE);
        searcher.search(query, best);
        TopDocs found = best.topDocs();
        return new Answer(found.scoreDocs, found.totalHits.value, 0);
    }

    /** The ten best without a total: what cannot be among them is skipped. */
    private static Answer first(Query query) throws IOException {
        TopScoreDocCollector best = TopScoreDocCollector.create(10, 10);
        searcher.search(query, best);
        return new Answer(best.topDocs().scoreDocs, -1, 0);
    }

    private static Query all(String field, String[] pairs) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (String pair : distinct(pairs)) all.add(new TermQuery(new Term(field, pair)), BooleanClause.Occur.MUST);
        return all.build();
    }

    private static List<String> distinct(String[] pairs) {
        return new ArrayList<>(new LinkedHashSet<>(Arrays.asList(pairs)));
    }

    /** Counts four facets, packed in one number a document. */
    private static final class Facets extends SimpleCollector {
        private final int[][] counts = new int[4][256];
        private NumericDocValues values;

        @Override protected void doSetNextReader(LeafReaderContext context) throws IOException {
            values = context.reader().getNumericDocValues("facets");
        }

        @Override public void collect(int doc) throws IOException {
            values.advanceExact(doc);
            long packed = values.longValue();
            counts[0][(int) packed & 255]++;
            counts[1][(int) (packed >> 8) & 255]++;
            counts[2][(int) (packed >> 16) & 255]++;
            counts[3][(int) (packed >> 24) & 255]++;
        }

        @Override public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
        }

        long industries() {
            long sum = 0;
            for (int i = 0; i < 256; i++) sum += (long) i * counts[1][i];
            return sum;
        }
    }
}
