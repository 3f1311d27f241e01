import{k as o,l as t}from"./chunk-6XANPCUW.js";function r(e){return o(t,{title:"Webhooks",children:o("p",{class:"muted",children:"Nothing yet."})})}export{r as WebhooksPage};
