import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.TDB2Factory;

/** Answers queries over a TDB2 database, all in one process: `Ask DATABASE QUERY...` writes QUERY.json beside each. */
class Ask {
    public static void main(String[] arguments) throws Exception {
        Dataset dataset = TDB2Factory.connectDataset(arguments[0]);
        for (int number = 1; number < arguments.length; number++) {
            Path file = Path.of(arguments[number]);
            String query = Files.readString(file);
            try (OutputStream output = Files.newOutputStream(Path.of(file + ".json"))) {
                Txn.executeRead(dataset, () -> answer(dataset, query, output));
            }
        }
    }

    private static void answer(Dataset dataset, String query, OutputStream output) {
        try (QueryExecution execution = QueryExecutionFactory.create(query, dataset)) {
            ResultSetFormatter.outputAsJSON(output, execution.execSelect());
        }
    }
}
