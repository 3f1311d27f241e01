// The values of a prompt are Python values to ComfyUI, and what it does with them (int or float, str(), truth) shows on the wire.
global using PyDict = System.Collections.Generic.OrderedDictionary<string, object?>;
global using PyList = System.Collections.Generic.List<object?>;
