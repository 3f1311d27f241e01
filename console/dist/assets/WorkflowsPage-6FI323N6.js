import{f as o,g as t}from"./chunk-LNHRRGFU.js";function g(r){return o(t,{title:"Workflows",children:o("p",{class:"muted",children:"Nothing yet."})})}export{g as WorkflowsPage};
