using System.Text;
using static ComfyFunc.Tests.Server.Metadata.Sample;

namespace ComfyFunc.Tests.Server.Metadata;

/// <summary>Tensors and scenes with a secret in them.</summary>
internal static class Models
{
    private static readonly string Told = Encoding.ASCII.GetString(Secret);

    public static Sample Latent
    {
        get
        {
            const string Tensors = """
                "latent_tensor":{"dtype":"U8","shape":[64],"data_offsets":[0,64]},"empty":{"dtype":"F32","shape":[0],"data_offsets":[64,64]}
                """;
            byte[] header = Ascii($$$"""{"__metadata__":{"prompt":"{{{Told}}}","workflow":"{{{Told}}}"},{{{Tensors}}}}   """);
            return new("latent.latent", [.. Little(header.Length), .. Little(0), .. header, .. Content(64)],
                [Little(header.Length), Ascii(Tensors), Content(64)], KeepsPlaces: true);
        }
    }

    public static Sample Glb
    {
        get
        {
            var picture = Pictures.Png.File;
            var mesh = Content(60);
            var buffer = $$"""{"byteLength":{{mesh.Length + picture.Length}}}""";
            var view = $$"""{"buffer":0,"byteOffset":{{mesh.Length}},"byteLength":{{picture.Length}}}""";
            byte[] json = Ascii(Scene(buffer, """{"bufferView":0,"mimeType":"image/png"}""", view));
            byte[] chunks = [.. Little(json.Length), .. "JSON"u8, .. json, .. Little(mesh.Length + picture.Length), .. "BIN\0"u8,
                .. mesh, .. picture, .. Little(Secret.Length), .. "MINE"u8, .. Secret];
            return new("mesh.glb", [.. "glTF"u8, .. Little(2), .. Little(chunks.Length + 12), .. chunks],
                [Ascii("\"version\":\"2.0\""), Ascii("\"mesh\":0"), mesh], KeepsPlaces: true);
        }
    }

    public static Sample Gltf
    {
        get
        {
            const string Buffer = """{"byteLength":4,"uri":"data:application/octet-stream;base64,AAECAw=="}""";
            var image = $$"""{"uri":"data:image/png;base64,{{Convert.ToBase64String(Pictures.Png.File)}}"}""";
            byte[][] essence = [Ascii("\"version\":\"2.0\""), Ascii("base64,AAECAw=="), Ascii("\"mesh\":0")];
            return new("scene.gltf", Ascii(Scene(Buffer, image, "{}")), essence, KeepsPlaces: true);
        }
    }

    public static Sample Ply
    {
        get
        {
            byte[] points = [.. Content(30), .. "comment"u8, 10];
            return new("points.ply",
                [.. Ascii($"ply\nformat binary_little_endian 1.0\ncomment {Told}\nobj_info {Told}\n"),
                    .. Ascii("element vertex 3\nproperty float x\nend_header\n"), .. points],
                [[.. Ascii("ply\nformat binary_little_endian 1.0\nelement vertex 3\nproperty float x\nend_header\n"), .. points]]);
        }
    }

    public static Sample Stl
    {
        get
        {
            byte[] facets = [.. Little(2), .. Content(100)];
            return new("mesh.stl", [.. Secret, .. new byte[80 - Secret.Length], .. facets], [facets], KeepsPlaces: true);
        }
    }

    public static Sample TextStl =>
        new("text.stl", Ascii($"solid {Told}\n facet normal 0 0 1\n  outer loop\n   vertex 1 2 3\n  endloop\n endfacet\nendsolid {Told}\n"),
            [Ascii("   vertex 1 2 3\n")]);

    public static Sample Obj =>
        new("mesh.obj", Ascii($"# {Told}\nv 1 2 3 # {Told}\r\nvt 0 1\no thing\nf 1 1 1\n"),
        [Ascii("v 1 2 3"), Ascii("o thing\nf 1 1 1\n")]);

    private static string Scene(string buffer, string image, string view) => $$$"""
        {"asset":{"generator":"{{{Told}}}","extras":{"prompt":"{\"{{{Told}}}\":[1,2]}"},"copyright":"{{{Told}}}","version":"2.0"},
        "extras":"{{{Told}}}","extensions":{"KHR_xmp_json_ld":{"packets":["{{{Told}}}"]}},
        "buffers":[{{{buffer}}}],"images":[{{{image}}}],"bufferViews":[{{{view}}}],
        "nodes":[{"mesh":0,"extras":["{{{Told}}}"]}],"scenes":[{"extra\u0073":{"{{{Told}}}":1}, "ext\u0072as" : 1 }]}
        """;
}
