using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Outputs;

/// <summary>How a caller wants an image: in another format, smaller, or without the prompt that ComfyUI writes into its files.</summary>
/// <param name="Format"><see langword="null"/> for the one that it has.</param>
/// <param name="Quality">1 to 100, for JPEG and WebP.</param>
/// <param name="Width">Pixels that it must fit into; images are never made larger.</param>
/// <param name="Height">Pixels that it must fit into.</param>
public sealed record Rendition(ImageFormat? Format, int Quality, int? Width, int? Height)
{
    public const int DefaultQuality = 85;
    private const int LongestSide = 16_384;
    private const int HighestQuality = 100;

    /// <summary>What an image's <c>thumbnail</c> link asks for.</summary>
    public const string ThumbnailQuery = "format=webp&width=256&height=256";

    /// <summary>What <see cref="ThumbnailQuery"/> says.</summary>
    internal static Rendition Thumbnail { get; } = new(ImageFormat.Webp, DefaultQuality, 256, 256);

    /// <summary>The query parameters that say it.</summary>
    internal static ImmutableArray<QueryParameter> Query { get; } =
    [
        QueryParameters.Text("format", Schemas.OneOf("Turns still images into this.",
            Enum.GetNames<ImageFormat>().Select(n => n.ToLowerInvariant()))),
        QueryParameters.Text("quality", Schemas.Integer("Of JPEG and WebP.").Within(1, HighestQuality)),
        QueryParameters.Text("width", Schemas.Integer("Images are scaled down to fit.").Within(1, LongestSide)),
        QueryParameters.Text("height", Schemas.Integer("Images are scaled down to fit.").Within(1, LongestSide)),
        QueryParameters.Text("strip", Schemas.OneOf("Takes the prompt out of images.", "metadata")),
    ];

    /// <summary>Whether the pixels stay as they are: only metadata goes.</summary>
    public bool IsLossless => this is { Format: null, Width: null, Height: null };

    /// <summary>Whether it is made smaller.</summary>
    public bool IsScaled => Width is not null || Height is not null;

    /// <summary>Tells renditions apart.</summary>
    internal string Key => string.Create(CultureInfo.InvariantCulture, $"{Format} {Quality} {Width} {Height}");

    /// <summary>Reads <c>format</c>, <c>quality</c>, <c>width</c>, <c>height</c> and <c>strip=metadata</c>.</summary>
    /// <returns><see langword="null"/> when the query asks for files as they are.</returns>
    public static (Rendition? Rendition, ImmutableArray<Fault> Faults) Read(IQueryCollection query)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var format = FormatOf(query["format"].FirstOrDefault(), faults);
        var quality = Number(query, "quality", HighestQuality, faults);
        var width = Number(query, "width", LongestSide, faults);
        var height = Number(query, "height", LongestSide, faults);
        var strips = query["strip"].FirstOrDefault();
        if (strips is not (null or "metadata"))
        {
            faults.Add(new(FaultCode.InvalidRequest, "strip is metadata.", "/strip"));
        }

        if (quality is not null && format is null or ImageFormat.Png)
        {
            faults.Add(new(FaultCode.InvalidRequest, "quality goes with format=jpeg or format=webp.", "/quality"));
        }

        return faults.Count > 0 || (format ?? (object?)width ?? height ?? (object?)strips) is null
            ? (null, faults.ToImmutable())
            : (new(format, quality ?? DefaultQuality, width, height), []);
    }

    /// <summary>What is wrong with the rendition that a query asks for.</summary>
    public static ImmutableArray<Fault> FaultsOf(IQueryCollection query) => Read(query).Faults;

    /// <summary>The size that an image of this size gets: the same proportions, and never larger.</summary>
    public (int Width, int Height) FitOf(int width, int height)
    {
        var scale = Math.Min(1, Math.Min((Width ?? width) / (double)width, (Height ?? height) / (double)height));
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    private static ImageFormat? FormatOf(string? text, ImmutableArray<Fault>.Builder faults)
    {
        if (text is null)
        {
            return null;
        }

        if (Enum.TryParse<ImageFormat>(text.Equals("jpg", StringComparison.OrdinalIgnoreCase) ? "jpeg" : text, ignoreCase: true,
            out var format) && Enum.IsDefined(format) && !char.IsAsciiDigit(text[0]))
        {
            return format;
        }

        faults.Add(new(FaultCode.InvalidRequest, "format is png, jpeg or webp.", "/format"));
        return null;
    }

    private static int? Number(IQueryCollection query, string name, int most, ImmutableArray<Fault>.Builder faults)
    {
        if (query[name].FirstOrDefault() is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
        {
            return number;
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{name} is a whole number from 1 to {most}.", $"/{name}"));
        return null;
    }
}

/// <summary>What images can be turned into.</summary>
public enum ImageFormat
{
    Png,
    Jpeg,
    Webp,
}
