import{k as o,l as t}from"./chunk-BBNOEOJT.js";function g(r){return o(t,{title:"Workflows",children:o("p",{class:"muted",children:"Nothing yet."})})}export{g as WorkflowsPage};
