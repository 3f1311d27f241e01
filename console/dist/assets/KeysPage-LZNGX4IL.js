import{k as t,l as e}from"./chunk-6XANPCUW.js";function r(g){return t(e,{title:"Keys",children:t("p",{class:"muted",children:"Nothing yet."})})}export{r as KeysPage};
