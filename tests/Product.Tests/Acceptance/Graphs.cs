namespace ComfyFunc.Tests.Acceptance;

/// <summary>Small workflows as ComfyUI's editor saves them.</summary>
internal static class Graphs
{
    /// <summary>A picture of one color: a subgraph makes it, a primitive says its width, a reroute hands it on.</summary>
    public const string Canvas = """
        {
          "id": "8f4b0001-0000-4000-8000-000000000001", "revision": 0, "last_node_id": 6, "last_link_id": 5, "version": 0.4, "config": {},
          "nodes": [
            {"id":1,"type":"PrimitiveNode","pos":[0,0],"order":0,"mode":0,"title":"Width [size]","outputs":[{"name":"INT","type":"INT","links":[1]}],"widgets_values":[48,"fixed"]},
            {"id":2,"type":"c0ffee01-0000-4000-8000-000000000002","pos":[200,0],"order":1,"mode":0,"title":"Canvas [canvas]",
             "inputs":[{"name":"width","type":"INT","link":1,"widget":{"name":"width"}},{"name":"tint","type":"INT","link":null,"widget":{"name":"tint"}}],
             "outputs":[{"name":"IMAGE","type":"IMAGE","links":[2]}],"widgets_values":[64,255]},
            {"id":3,"type":"Reroute","pos":[400,0],"order":2,"mode":0,"inputs":[{"name":"","type":"*","link":2}],"outputs":[{"name":"","type":"IMAGE","links":[3,4]}]},
            {"id":4,"type":"SaveImage","pos":[600,0],"order":3,"mode":0,"title":"Save Image [picture]","inputs":[{"name":"images","type":"IMAGE","link":3}],"widgets_values":["canvas_%date:yyyy%"]},
            {"id":5,"type":"PreviewImage","pos":[600,200],"order":4,"mode":2,"title":"[muted]","inputs":[{"name":"images","type":"IMAGE","link":4}]},
            {"id":6,"type":"Note","pos":[0,300],"order":5,"mode":0,"title":"Note [aside]","widgets_values":["paint it"]}
          ],
          "links": [[1,1,0,2,0,"INT"],[2,2,0,3,0,"IMAGE"],[3,3,0,4,0,"IMAGE"],[4,3,0,5,0,"IMAGE"]],
          "groups": [],
          "definitions": {"subgraphs": [{
            "id":"c0ffee01-0000-4000-8000-000000000002","name":"Canvas","version":1,
            "inputs":[{"id":"a","name":"width","type":"INT","linkIds":[1]},{"id":"b","name":"tint","type":"INT","linkIds":[2]}],
            "outputs":[{"id":"c","name":"IMAGE","type":"IMAGE","linkIds":[3]}],
            "nodes":[{"id":7,"type":"EmptyImage","pos":[0,0],"order":0,"mode":0,
              "inputs":[{"name":"width","type":"INT","link":1,"widget":{"name":"width"}},{"name":"color","type":"INT","link":2,"widget":{"name":"color"}}],
              "outputs":[{"name":"IMAGE","type":"IMAGE","links":[3]}],"widgets_values":[512,32,1,0]}],
            "links":[
              {"id":1,"origin_id":-10,"origin_slot":0,"target_id":7,"target_slot":0,"type":"INT"},
              {"id":2,"origin_id":-10,"origin_slot":1,"target_id":7,"target_slot":3,"type":"INT"},
              {"id":3,"origin_id":7,"origin_slot":0,"target_id":-20,"target_slot":0,"type":"IMAGE"}]}]},
          "extra": {"ds": {"scale": 1, "offset": [0, 0]}}
        }
        """;

    /// <summary>What a browser makes of <see cref="Canvas"/> on the second of January, but for the primitive, which it loses.</summary>
    public const string CanvasPrompt = """
        {
          "4": {"inputs":{"filename_prefix":"canvas_2026","images":["2:7",0]},"class_type":"SaveImage","_meta":{"title":"Save Image [picture]"}},
          "2:7": {"inputs":{"width":48,"height":32,"batch_size":1,"color":255},"class_type":"EmptyImage","_meta":{"title":"EmptyImage"}}
        }
        """;
}
