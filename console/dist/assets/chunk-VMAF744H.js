import{e as C,g as h,j as w,l as O,u as s,z as k}from"./chunk-3YSO6UAS.js";import{c as F,d as y}from"./chunk-QEHXTY7M.js";var p={isNeeded:!1},d=n=>/^[\w./:=@%+,-]+$/.test(n)?n:`'${n.replaceAll("'","'\\''")}'`,x=n=>n.method!=="GET"&&n.method!=="HEAD";function j(n){let e=Object.entries(n.headers??{});return x(n)&&!(n.body instanceof FormData)&&n.headers?.["Content-Type"]===void 0?[["Content-Type","application/json"],...e]:e}function N(n){let e=[`curl ${n.method==="GET"?"":`-X ${n.method} `}${d(y(n))}`];return p.isNeeded&&e.push('-H "X-Api-Key: $COMFYFUNC_KEY"'),e.push(...j(n).map(([t,o])=>`-H ${d(`${t}: ${o}`)}`)),n.body instanceof FormData?e.push(...[...n.body].map(([t,o])=>`-F ${d(`${t}=${typeof o=="string"?o:`@${o.name}`}`)}`)):n.body instanceof Blob?e.push(`--data-binary ${d(`@${n.body instanceof File?n.body.name:"file"}`)}`):n.body!==void 0&&e.push(`-d ${d(O(n.body))}`),e.join(` \\
  `)}var Y=n=>n.map(N).join(`

`);function q(n){let e=[...j(n).map(([o,r])=>`${i(o)}: ${i(r)}`),...p.isNeeded?['"X-Api-Key": os.environ["COMFYFUNC_KEY"]']:[]],t=n.body===void 0||n.body instanceof FormData||n.body instanceof Blob?"":`,
    data=json.dumps(${$(n.body)}).encode()`;return`import json${p.isNeeded?", os":""}, urllib.request

request = urllib.request.Request(
    ${i(y(n))},
    method=${i(n.method)}${e.length>0?`,
    headers={${e.join(", ")}}`:""}${t},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))`}function M(n){let{workflow:e,version:t,values:o,query:r,wait:c="60"}=n,l={method:"POST",path:`workflows/${encodeURIComponent(e)}${t?`/versions/${encodeURIComponent(t)}`:""}`,query:r,headers:{Prefer:`wait=${c}`},body:o};return[{label:"curl",text:N(l)},{label:"C#",text:R(e,t,o)},{label:"TypeScript",text:V(e,t,o)},{label:"Python",text:q(l)}]}var S=()=>F().replace(/\/api\/$/,"");function R(n,e,t){let o=e?`, new() { Version = ${i(String(e))} }`:"";return`// dotnet add package ComfyFunc.Client
using ComfyFunc.Client;

using var comfy = new ComfyFuncClient(${i(S())}${p.isNeeded?', Environment.GetEnvironmentVariable("COMFYFUNC_KEY")':""});
var run = await comfy.RunAsync(${i(n)}, ${m(t,0)}${o});
foreach (var (tag, outputs) in run.Outputs)
{
    Console.WriteLine($"{tag}: {outputs.Count}");
}`}function V(n,e,t){let o=e?`, { version: ${i(String(e))} }`:"";return`// npm install comfyfunc
import { ComfyFunc } from "comfyfunc";

const comfy = new ComfyFunc({ baseUrl: ${i(S())}${p.isNeeded?", key: process.env.COMFYFUNC_KEY":""} });
const run = await comfy.run(${i(n)}, ${g(t,0)}${o});
console.log(run.outputs);`}var i=n=>JSON.stringify(n),E=n=>/^[A-Za-z_][A-Za-z0-9_]*$/.test(n),b=n=>typeof n=="object"&&n!==null&&!Array.isArray(n),A=n=>"  ".repeat(n);function u(n,e,t,o){let r=`${n} ${e.join(", ")} ${t}`;return e.length===0?`${n}${t}`:r.length<=80&&!r.includes(`
`)?r:`${n}
${e.map(c=>`${A(o+1)}${c}`).join(`,
`)},
${A(o)}${t}`}function g(n,e){return Array.isArray(n)?u("[",n.map(t=>g(t,e+1)),"]",e):b(n)?u("{",Object.entries(n).map(([t,o])=>`${E(t)?t:i(t)}: ${g(o,e+1)}`),"}",e):typeof n=="bigint"?`${n}n`:JSON.stringify(n)??"undefined"}function $(n,e=1){return Array.isArray(n)?u("[",n.map(t=>$(t,e+1)),"]",e):b(n)?u("{",Object.entries(n).map(([t,o])=>`${i(t)}: ${$(o,e+1)}`),"}",e):n==null?"None":n===!0?"True":n===!1?"False":typeof n=="string"?i(n):String(n)}var D=new Set("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while".split(" "));function m(n,e){if(Array.isArray(n))return u("new object?[] {",n.map(t=>m(t,e+1)),"}",e);if(b(n)){let t=Object.entries(n);return t.length>0&&t.every(([o,r])=>E(o)&&r!==null)?u("new {",t.map(([o,r])=>`${D.has(o)?"@":""}${o} = ${m(r,e+1)}`),"}",e):u("new Dictionary<string, object?> {",t.map(([o,r])=>`[${i(o)}] = ${m(r,e+1)}`),"}",e)}return n===void 0?"null":typeof n=="bigint"?`${n}${n>9223372036854775807n?"UL":"L"}`:JSON.stringify(n)}function L(n){let{title:e,onClose:t,children:o,foot:r,isWide:c=!1}=n,f=h(null),l=w();return C(()=>{let a=document.activeElement;return f.current?.showModal(),()=>{f.current?.close(),a instanceof HTMLElement&&a.isConnected&&a.focus()}},[]),s("dialog",{ref:f,class:c?"wide":"","aria-labelledby":l,onCancel:a=>{a.preventDefault(),t()},onClick:a=>{a.target===f.current&&t()},children:s("div",{class:"dialog-body",children:[s("header",{children:[s("h2",{id:l,children:e}),s("button",{type:"button",class:"quiet icon-only","aria-label":"Close",onClick:t,children:s(k,{name:"cross"})})]}),s("div",{class:"dialog-content",children:o}),r!==void 0&&s("footer",{children:r})]})})}export{p as a,N as b,Y as c,q as d,M as e,L as f};
