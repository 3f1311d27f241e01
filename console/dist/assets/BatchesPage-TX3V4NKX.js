import{f as t,g as e}from"./chunk-LNHRRGFU.js";function o(a){return t(e,{title:"Batches",children:t("p",{class:"muted",children:"Nothing yet."})})}export{o as BatchesPage};
