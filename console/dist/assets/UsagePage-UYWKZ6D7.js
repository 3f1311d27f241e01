import{f as t,g as e}from"./chunk-LNHRRGFU.js";function o(g){return t(e,{title:"Usage",children:t("p",{class:"muted",children:"Nothing yet."})})}export{o as UsagePage};
