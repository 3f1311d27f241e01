import{f as t,g as e}from"./chunk-LNHRRGFU.js";function o(n){return t(e,{title:"Runs",children:t("p",{class:"muted",children:"Nothing yet."})})}export{o as RunsPage};
