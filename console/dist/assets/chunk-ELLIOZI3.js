<<<<<<<< HEAD:console/dist/assets/chunk-PJYTVAMW.js
import{a as r}from"./chunk-Q4CZK6PY.js";import{u as o,v as e}from"./chunk-I72JX6YE.js";function u({isRefused:t,what:n="page"}){return o(e,{title:t===!0?"Not for this key":"Not found",children:o(r,{icon:"search",title:t===!0?"Your key may not look at this.":`There is no such ${n}.`,children:o("p",{children:o("a",{href:"runs",children:"To the runs"})})})})}export{u as a};
========
import{u as r}from"./chunk-5BNJP6IC.js";import{k as o,l as e}from"./chunk-BBNOEOJT.js";function u({isRefused:t,what:n="page"}){return o(e,{title:t===!0?"Not for this key":"Not found",children:o(r,{icon:"search",title:t===!0?"Your key may not look at this.":`There is no such ${n}.`,children:o("p",{children:o("a",{href:"runs",children:"To the runs"})})})})}export{u as a};
>>>>>>>> flows:console/dist/assets/chunk-ELLIOZI3.js
