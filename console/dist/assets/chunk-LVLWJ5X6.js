import{c as F,d as m,f as O,o as k}from"./chunk-MIISA3ZQ.js";import{e as C,g as h,j as w,k as s}from"./chunk-BBNOEOJT.js";var l={isNeeded:!1},f=n=>/^[\w./:=@%+,-]+$/.test(n)?n:`'${n.replaceAll("'","'\\''")}'`,x=n=>n.method!=="GET"&&n.method!=="HEAD";function j(n){let e=Object.entries(n.headers??{});return x(n)&&!(n.body instanceof FormData)&&n.headers?.["Content-Type"]===void 0?[["Content-Type","application/json"],...e]:e}function N(n){let e=[`curl ${n.method==="GET"?"":`-X ${n.method} `}${f(m(n))}`];return l.isNeeded&&e.push('-H "X-Api-Key: $COMFYFUNC_KEY"'),e.push(...j(n).map(([t,o])=>`-H ${f(`${t}: ${o}`)}`)),n.body instanceof FormData?e.push(...[...n.body].map(([t,o])=>`-F ${f(`${t}=${typeof o=="string"?o:`@${o.name}`}`)}`)):n.body instanceof Blob?e.push(`--data-binary ${f(`@${n.body instanceof File?n.body.name:"file"}`)}`):n.body!==void 0&&e.push(`-d ${f(O(n.body))}`),e.join(` \\
  `)}var Y=n=>n.map(N).join(`

`);function q(n){let e=[...j(n).map(([o,r])=>`${i(o)}: ${i(r)}`),...l.isNeeded?['"X-Api-Key": os.environ["COMFYFUNC_KEY"]']:[]],t=n.body===void 0||n.body instanceof FormData||n.body instanceof Blob?"":`,
    data=json.dumps(${g(n.body)}).encode()`;return`import json${l.isNeeded?", os":""}, urllib.request

request = urllib.request.Request(
    ${i(m(n))},
    method=${i(n.method)}${e.length>0?`,
    headers={${e.join(", ")}}`:""}${t},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))`}function M(n){let{workflow:e,version:t,values:o,query:r}=n,a={method:"POST",path:`workflows/${encodeURIComponent(e)}${t?`/versions/${encodeURIComponent(t)}`:""}`,query:r,headers:{Prefer:"wait=60"},body:o};return[{label:"curl",text:N(a)},{label:"C#",text:R(e,t,o)},{label:"TypeScript",text:V(e,t,o)},{label:"Python",text:q(a)}]}var S=()=>F().replace(/\/api\/$/,"");function R(n,e,t){let o=e?`, new() { Version = ${i(String(e))} }`:"";return`// dotnet add package ComfyFunc.Client
using ComfyFunc.Client;

using var comfy = new ComfyFuncClient(${i(S())}${l.isNeeded?', Environment.GetEnvironmentVariable("COMFYFUNC_KEY")':""});
var run = await comfy.RunAsync(${i(n)}, ${p(t,0)}${o});
foreach (var (tag, outputs) in run.Outputs)
{
    Console.WriteLine($"{tag}: {outputs.Count}");
}`}function V(n,e,t){let o=e?`, { version: ${i(String(e))} }`:"";return`// npm install comfyfunc
import { ComfyFunc } from "comfyfunc";

const comfy = new ComfyFunc({ baseUrl: ${i(S())}${l.isNeeded?", key: process.env.COMFYFUNC_KEY":""} });
const run = await comfy.run(${i(n)}, ${y(t,0)}${o});
console.log(run.outputs);`}var i=n=>JSON.stringify(n),E=n=>/^[A-Za-z_][A-Za-z0-9_]*$/.test(n),$=n=>typeof n=="object"&&n!==null&&!Array.isArray(n),A=n=>"  ".repeat(n);function c(n,e,t,o){let r=`${n} ${e.join(", ")} ${t}`;return e.length===0?`${n}${t}`:r.length<=80&&!r.includes(`
`)?r:`${n}
${e.map(d=>`${A(o+1)}${d}`).join(`,
`)},
${A(o)}${t}`}function y(n,e){return Array.isArray(n)?c("[",n.map(t=>y(t,e+1)),"]",e):$(n)?c("{",Object.entries(n).map(([t,o])=>`${E(t)?t:i(t)}: ${y(o,e+1)}`),"}",e):typeof n=="bigint"?`${n}n`:JSON.stringify(n)??"undefined"}function g(n,e=1){return Array.isArray(n)?c("[",n.map(t=>g(t,e+1)),"]",e):$(n)?c("{",Object.entries(n).map(([t,o])=>`${i(t)}: ${g(o,e+1)}`),"}",e):n==null?"None":n===!0?"True":n===!1?"False":typeof n=="string"?i(n):String(n)}var D=new Set("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while".split(" "));function p(n,e){if(Array.isArray(n))return c("new object?[] {",n.map(t=>p(t,e+1)),"}",e);if($(n)){let t=Object.entries(n);return t.length>0&&t.every(([o,r])=>E(o)&&r!==null)?c("new {",t.map(([o,r])=>`${D.has(o)?"@":""}${o} = ${p(r,e+1)}`),"}",e):c("new Dictionary<string, object?> {",t.map(([o,r])=>`[${i(o)}] = ${p(r,e+1)}`),"}",e)}return n===void 0?"null":typeof n=="bigint"?`${n}${n>9223372036854775807n?"UL":"L"}`:JSON.stringify(n)}function L(n){let{title:e,onClose:t,children:o,foot:r,isWide:d=!1}=n,a=h(null),b=w();return C(()=>{let u=document.activeElement;return a.current?.showModal(),()=>{a.current?.close(),u instanceof HTMLElement&&u.isConnected&&u.focus()}},[]),s("dialog",{ref:a,class:d?"wide":"","aria-labelledby":b,onCancel:u=>{u.preventDefault(),t()},onClick:u=>{u.target===a.current&&t()},children:s("div",{class:"dialog-body",children:[s("header",{children:[s("h2",{id:b,children:e}),s("button",{type:"button",class:"quiet icon-only","aria-label":"Close",onClick:t,children:s(k,{name:"cross"})})]}),s("div",{class:"dialog-content",children:o}),r!==void 0&&s("footer",{children:r})]})})}export{l as a,N as b,Y as c,q as d,M as e,L as f};
