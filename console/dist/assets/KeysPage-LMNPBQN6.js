import{f as t,g as e}from"./chunk-LNHRRGFU.js";function r(g){return t(e,{title:"Keys",children:t("p",{class:"muted",children:"Nothing yet."})})}export{r as KeysPage};
