using System.Text.Encodings.Web;
using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Media;

namespace ComfyFunc.Standalone;

/// <summary>The files that a conversion reads.</summary>
/// <param name="Catalog">What <c>/object_info</c> of a ComfyUI answers.</param>
/// <param name="Replacements">What its <c>/node_replacements</c> answers.</param>
internal sealed record ConversionFiles(string File, string? Catalog, string? Replacements);

/// <summary>The command that prints the prompt of a file that ComfyUI saved, and what it says.</summary>
internal static class LocalConversion
{
    private const long LongestFile = 512L << 20;

    /// <param name="output">Gets the prompt, indented.</param>
    /// <param name="report">Gets all else, a line each.</param>
    /// <returns>Whether there is a prompt.</returns>
    /// <exception cref="StartRefusedException">A file cannot be read, or is not what it should be.</exception>
    public static bool Run(ConversionFiles files, Stream output, TextWriter report)
    {
        var body = SavedBody.Read(Read(files.File));
        if (body.Document is not { } document)
        {
            report.WriteLine(ConversionReport.LineOf(body.Fault!)); // One of the two is there.
            return false;
        }

        if (document.Graph is { } graph)
        {
            return Convert(graph, document, files, output, report);
        }

        report.WriteLine("The file has a prompt and no graph: it is printed as it is.");
        Write(document.Prompt!.Value, output); // A document has one of both.
        return true;
    }

    private static bool Convert(JsonElement graph, SavedDocument document, ConversionFiles files, Stream output, TextWriter report)
    {
        var catalog = CatalogOf(files.Catalog);
        var conversion = GraphConverter.Convert(graph, catalog, replacements: ReplacementsOf(files.Replacements));
        foreach (var finding in conversion.Report)
        {
            report.WriteLine(ConversionReport.LineOf(finding, document.GraphPointer));
        }

        if (conversion.Prompt is not { } prompt)
        {
            report.WriteLine(document.Prompt is null ? "There is no prompt: something was refused."
                : "There is no prompt: something was refused. The file has one too, which needs no conversion.");
            return false;
        }

        if (document.Prompt is { } given)
        {
            foreach (var line in ConversionReport.LinesOf(PromptDifferences.Between(conversion, given, catalog)))
            {
                report.WriteLine(line);
            }
        }

        Write(prompt, output);
        return true;
    }

    private static NodeCatalog CatalogOf(string? file)
    {
        if (file is null)
        {
            throw new StartRefusedException(
                "convert: a graph needs a catalog of node classes: --catalog <file>, with what /object_info of a ComfyUI answers.");
        }

        try
        {
            return NodeCatalog.Read(Read(file));
        }
        catch (JsonException e)
        {
            throw new StartRefusedException($"convert: {file} is not what /object_info answers: {e.Message}");
        }
    }

    private static JsonElement ReplacementsOf(string? file)
    {
        try
        {
            return file is null ? default : JsonElement.Parse(Read(file));
        }
        catch (JsonException e)
        {
            throw new StartRefusedException($"convert: {file} is not what /node_replacements answers: {e.Message}");
        }
    }

    private static byte[] Read(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > LongestFile }
                ? throw new StartRefusedException($"convert: {file} has more than {LongestFile >> 20} MiB.")
                : File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"convert: {file} cannot be read: {e.Message}");
        }
    }

    private static void Write(JsonElement prompt, Stream output)
    {
        using (var writer = new Utf8JsonWriter(output, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            prompt.WriteTo(writer);
        }

        output.Write("\n"u8);
    }
}
