<<<<<<<< HEAD:console/dist/assets/chunk-3HLX6CGO.js
import{u as r}from"./chunk-6NCWWVG2.js";import{k as o,l as e}from"./chunk-BBNOEOJT.js";function u({isRefused:t,what:n="page"}){return o(e,{title:t===!0?"Not for this key":"Not found",children:o(r,{icon:"search",title:t===!0?"Your key may not look at this.":`There is no such ${n}.`,children:o("p",{children:o("a",{href:"runs",children:"To the runs"})})})})}export{u as a};
========
import{a as r}from"./chunk-GO73RRZA.js";import{k as o,l as e}from"./chunk-BBNOEOJT.js";function u({isRefused:t,what:n="page"}){return o(e,{title:t===!0?"Not for this key":"Not found",children:o(r,{icon:"search",title:t===!0?"Your key may not look at this.":`There is no such ${n}.`,children:o("p",{children:o("a",{href:"runs",children:"To the runs"})})})})}export{u as a};
>>>>>>>> operate:console/dist/assets/chunk-OXJWXDIT.js
