"""The ComfyFunc pack: what ComfyUI needs to publish workflows to a ComfyFunc server and to be one of its hosts."""

VERSION = "1.0.0"
