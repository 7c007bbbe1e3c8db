import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.UnresolvedReferenceException;

/**
 * Runs the snippets on standard input as jshell does, but as a program: it prints what expressions
 * evaluate to and nothing else, and ends with 1 at the first snippet that does not compile or
 * throws, which jshell never does. Of jshell's commands there is {@code /exit}, with or without a
 * number.
 *
 * <p>Arguments: the class path of the snippets, and a file with snippets to run before.
 */
final class JShellScript {
  /** The script is at its end, for better or worse. */
  private static final class Ended extends Exception {
    private final int code;

    Ended(int code, String message) {
      super(message);
      this.code = code;
    }
  }

  private final JShell shell;
  private volatile boolean shutDown;

  private JShellScript(JShell shell) {
    this.shell = shell;
    shell.onShutdown(ended -> shutDown = true);
  }

  public static void main(String[] arguments) throws IOException {
    int code = 0;
    try (JShell shell =
        JShell.builder()
            .out(System.out)
            .err(System.err)
            .remoteVMOptions(
                "--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny")
            .build()) {
      shell.addToClasspath(arguments[0]);
      JShellScript script = new JShellScript(shell);
      try (BufferedReader startup = Files.newBufferedReader(Path.of(arguments[1]))) {
        script.run(startup);
      }
      script.run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
      script.requireResolved();
    } catch (Ended ended) {
      code = ended.code;
      if (!ended.getMessage().isEmpty()) {
        System.err.println(ended.getMessage());
      }
    }
    System.out.flush();
    System.exit(code);
  }

  private void run(BufferedReader lines) throws IOException, Ended {
    String pending = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (pending.isBlank() && line.matches("/[a-z!?].*")) {
        runCommand(line.strip());
      } else {
        pending = runComplete(pending + line + "\n");
      }
    }
    if (!pending.isBlank()) {
      // Nothing comes that could complete it: what it is up to here, or an error.
      evaluate(pending);
    }
  }

  private static void runCommand(String command) throws Ended {
    if (command.matches("/exit( +[0-9]{1,3})?")) {
      String code = command.substring("/exit".length()).strip();
      throw new Ended(code.isEmpty() ? 0 : Integer.parseInt(code), "");
    }
    throw new Ended(1, command + ": of jshell's commands only /exit is known in a script");
  }

  /** Runs the snippets that are complete, and returns what is not. */
  private String runComplete(String text) throws Ended {
    String rest = text;
    SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
    while (next.completeness().isComplete() && !next.source().isBlank()) {
      evaluate(next.source());
      rest = next.remaining();
      next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
    }
    return switch (next.completeness()) {
      case EMPTY -> "";
      case UNKNOWN -> {
        // An error, which the compiler explains.
        evaluate(next.source());
        yield "";
      }
      default -> rest; // not what the analysis makes of it, which has another line end
    };
  }

  private void evaluate(String source) throws Ended {
    try {
      for (SnippetEvent event : shell.eval(source)) {
        if (event.causeSnippet() == null) {
          report(event);
        }
      }
    } catch (IllegalStateException e) {
      shutDown = true;
    }
    // By System.exit, or as PANIC does it.
    if (shutDown) {
      throw new Ended(1, "The JVM that ran the snippets has ended, at: " + source.strip());
    }
  }

  private void report(SnippetEvent event) throws Ended {
    Snippet snippet = event.snippet();
    if (event.status() == Snippet.Status.REJECTED) {
      throw new Ended(1, diagnosticsOf(snippet));
    }
    if (event.exception() != null) {
      throw new Ended(1, describe(event.exception()));
    }
    String value = event.value();
    if (value != null && !value.isEmpty() && isShown(snippet)) {
      System.out.println(value);
    }
  }

  /** Expressions that are there to be looked at: no declarations and no assignments. */
  private static boolean isShown(Snippet snippet) {
    return switch (snippet.subKind()) {
      case TEMP_VAR_EXPRESSION_SUBKIND, VAR_VALUE_SUBKIND, OTHER_EXPRESSION_SUBKIND -> true;
      default -> false;
    };
  }

  private String diagnosticsOf(Snippet snippet) {
    StringBuilder text = new StringBuilder("Error in: " + snippet.source().strip());
    shell
        .diagnostics(snippet)
        .forEach(diagnostic -> text.append("\n  ").append(diagnostic.getMessage(Locale.ROOT)));
    return text.toString();
  }

  private static String describe(JShellException exception) {
    StringBuilder text = new StringBuilder();
    String prefix = "Exception ";
    for (Throwable at = exception; at != null; at = at.getCause()) {
      text.append(prefix).append(nameOf(at)).append(": ").append(at.getMessage());
      for (StackTraceElement frame : at.getStackTrace()) {
        text.append("\n        at ").append(frame);
      }
      prefix = "\nCaused by: ";
    }
    return text.toString();
  }

  private static String nameOf(Throwable exception) {
    return switch (exception) {
      case EvalException e -> e.getExceptionClassName();
      case UnresolvedReferenceException e -> "of a call to what is not declared yet";
      default -> exception.getClass().getName();
    };
  }

  /** What was declared with references to what never came is an error in a script. */
  private void requireResolved() throws Ended {
    for (Snippet snippet : shell.snippets().toList()) {
      if (snippet instanceof DeclarationSnippet declaration
          && shell.unresolvedDependencies(declaration).findAny().isPresent()) {
        String missing =
            String.join(", ", shell.unresolvedDependencies(declaration).sorted().toList());
        throw new Ended(1, "Not declared: %s, in: %s".formatted(missing, snippet.source().strip()));
      }
    }
  }
}
