using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ComfyFunc.Server.Media;

/// <summary>SVG: metadata, titles, descriptions, comments and other programs' marks go. The prompt is in <c>metadata</c>.</summary>
internal static class SvgMetadata
{
    private const int Seen = 4096;

    private static readonly XNamespace[] Kept =
    [
        "", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml", XNamespace.Xml, XNamespace.Xmlns,
    ];

    private static ReadOnlySpan<byte> BeforeMarkup => [0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\r', (byte)'\n', (byte)'\t'];

    public static bool Recognises(ReadOnlySpan<byte> file)
    {
        var head = file[..Math.Min(Seen, file.Length)];
        return head.IndexOfAnyExcept(BeforeMarkup) is >= 0 and var start && head[start] == '<' && head.IndexOf("<svg"u8) >= 0;
    }

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        try
        {
            using var text = new MemoryStream(file.ToArray());
            using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var drawing = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
            if (drawing.Root?.Name.LocalName != "svg")
            {
                return null;
            }

            drawing.DescendantNodes().Where(n => n is XComment or XProcessingInstruction || n is XElement e && Goes(e)).Remove();
            foreach (var element in drawing.Descendants().ToList())
            {
                element.Attributes().Where(a => !Kept.Contains(a.Name.Namespace)).Remove();
                foreach (var attribute in element.Attributes().Where(a => a.Value.StartsWith("data:", StringComparison.OrdinalIgnoreCase)))
                {
                    if (EmbeddedFile.StripUri(attribute.Value) is not { } stripped)
                    {
                        return null;
                    }

                    attribute.Value = stripped;
                }
            }

            return Encoding.UTF8.GetBytes(drawing.ToString(SaveOptions.DisableFormatting));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Reads what is written into the drawing's <c>metadata</c>.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        try
        {
            using var text = new MemoryStream(file.ToArray());
            using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "metadata", IsEmptyElement: false }
                    && AddTexts(reader, texts) is { } flaw)
                {
                    return flaw;
                }
            }

            return null;
        }
        catch (XmlException e)
        {
            return new("is no XML", StartOfLine(file, e.LineNumber));
        }
    }

    private static Flaw? AddTexts(XmlReader reader, SavedTexts texts)
    {
        using var within = reader.ReadSubtree();
        while (within.Read())
        {
            if (within.NodeType is XmlNodeType.CDATA or XmlNodeType.Text
                && texts.AddObject(Encoding.UTF8.GetBytes(within.Value), 0) is { } flaw)
            {
                return flaw;
            }
        }

        return null;
    }

    private static long StartOfLine(ReadOnlySpan<byte> file, int line)
    {
        var at = 0;
        while (--line > 0 && file[at..].IndexOf((byte)'\n') is >= 0 and var end)
        {
            at += end + 1;
        }

        return at;
    }

    private static bool Goes(XElement element) =>
        element.Name.LocalName is "metadata" or "title" or "desc" || !Kept.Contains(element.Name.Namespace);
}
