// The console is built from console/.
console.log("ComfyFunc");console.log("ComfyFunc");console.log("ComfyFunc");console.log("ComfyFunc");console.log("ComfyFunc");console.log("ComfyFunc");
