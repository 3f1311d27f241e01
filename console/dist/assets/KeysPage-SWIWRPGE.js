import{k as t,l as e}from"./chunk-LE7FZUTG.js";function r(g){return t(e,{title:"Keys",children:t("p",{class:"muted",children:"Nothing yet."})})}export{r as KeysPage};
