import{k as t,l as e}from"./chunk-BBNOEOJT.js";function o(a){return t(e,{title:"Batches",children:t("p",{class:"muted",children:"Nothing yet."})})}export{o as BatchesPage};
