namespace ComfyFunc.Tests.Acceptance;

/// <summary>Small workflows that the tests save.</summary>
internal static class Prompts
{
    /// <summary>A picture of a model's: seed, steps and text may be set.</summary>
    public const string Picture = """
        {
          "1": {"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"dreamshaper_8.safetensors"},"_meta":{"title":"Load"}},
          "2": {"class_type":"CLIPTextEncode","inputs":{"text":"a hill","clip":["1",1]},"_meta":{"title":"Prompt [positive:text]"}},
          "3": {"class_type":"CLIPTextEncode","inputs":{"text":"","clip":["1",1]}},
          "4": {"class_type":"EmptyLatentImage","inputs":{"width":64,"height":64,"batch_size":1},"_meta":{"title":"[size]"}},
          "5": {"class_type":"KSampler","inputs":{"seed":1,"steps":2,"cfg":7,"sampler_name":"euler","scheduler":"normal","denoise":1,"model":["1",0],"positive":["2",0],"negative":["3",0],"latent_image":["4",0]},"_meta":{"title":"KSampler [my sampler]"}},
          "6": {"class_type":"VAEDecode","inputs":{"samples":["5",0],"vae":["1",2]}},
          "7": {"class_type":"PreviewImage","inputs":{"images":["6",0]},"_meta":{"title":"Preview Image [my image]"}}
        }
        """;

    /// <summary>Takes as long as the caller says; its color keeps runs from being answered from the cache.</summary>
    public const string Slow = """
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":32,"height":32,"batch_size":1,"color":0},"_meta":{"title":"[canvas]"}},
          "2": {"class_type":"SimSleep","inputs":{"image":["1",0],"seconds":1.0,"poll":true},"_meta":{"title":"[sleep]"}},
          "3": {"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"slow"},"_meta":{"title":"[image]"}}
        }
        """;

    /// <summary>As <see cref="Slow"/>, with a file of a megabyte.</summary>
    public const string Heavy = """
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":32,"height":32,"batch_size":1,"color":0},"_meta":{"title":"[canvas]"}},
          "2": {"class_type":"SimSleep","inputs":{"image":["1",0],"seconds":1.0,"poll":true},"_meta":{"title":"[sleep]"}},
          "3": {"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"heavy"},"_meta":{"title":"[image]"}},
          "4": {"class_type":"SimBigFile","inputs":{"megabytes":1,"filename_prefix":"heavy"},"_meta":{"title":"[file]"}}
        }
        """;

    /// <summary>Every kind of output.</summary>
    public const string Everything = """
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":32,"height":24,"batch_size":3,"color":255},"_meta":{"title":"[canvas]"}},
          "2": {"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"all/still"},"_meta":{"title":"[still]"}},
          "3": {"class_type":"SaveAnimatedWEBP","inputs":{"images":["1",0],"filename_prefix":"all/moving","fps":6,"lossless":true,"quality":80,"method":"default"},"_meta":{"title":"[moving]"}},
          "4": {"class_type":"SimTone","inputs":{"seconds":0.1,"hertz":440}},
          "5": {"class_type":"SaveAudio","inputs":{"audio":["4",0],"filename_prefix":"all/sound"},"_meta":{"title":"[sound]"}},
          "6": {"class_type":"EmptyLatentImage","inputs":{"width":64,"height":64,"batch_size":1}},
          "7": {"class_type":"SaveLatent","inputs":{"samples":["6",0],"filename_prefix":"all/latent"},"_meta":{"title":"[latent]"}},
          "8": {"class_type":"SimMesh","inputs":{}},
          "9": {"class_type":"SaveGLB","inputs":{"mesh":["8",0],"filename_prefix":"all/mesh"},"_meta":{"title":"[mesh]"}},
          "10": {"class_type":"SimText","inputs":{"text":"words"},"_meta":{"title":"[words:text]"}},
          "11": {"class_type":"SimBigFile","inputs":{"megabytes":2,"filename_prefix":"all/big"},"_meta":{"title":"[file]"}}
        }
        """;

    /// <summary>An uploaded picture, inverted unless the caller says not to.</summary>
    public const string Upload = """
        {
          "1": {"class_type":"LoadImage","inputs":{"image":"example.png"},"_meta":{"title":"Load Image [input]"}},
          "2": {"class_type":"ImageInvert","inputs":{"image":["1",0]},"_meta":{"title":"Invert [invert:]"}},
          "3": {"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"upload"},"_meta":{"title":"Save [output]"}}
        }
        """;

    /// <summary>A node that raises.</summary>
    public const string Failing = """
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":32,"height":32,"batch_size":1,"color":0}},
          "2": {"class_type":"SimFail","inputs":{"image":["1",0],"message":"no luck","exception_type":"ValueError"},"_meta":{"title":"[breaker]"}},
          "3": {"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"never"}}
        }
        """;
}
