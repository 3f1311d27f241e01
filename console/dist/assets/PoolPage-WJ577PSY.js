import{f as o,g as t}from"./chunk-LNHRRGFU.js";function r(e){return o(t,{title:"Pool",children:o("p",{class:"muted",children:"Nothing yet."})})}export{r as PoolPage};
