import{k as t,l as e}from"./chunk-6XANPCUW.js";function o(g){return t(e,{title:"Usage",children:t("p",{class:"muted",children:"Nothing yet."})})}export{o as UsagePage};
