import{f as t,g as e}from"./chunk-LNHRRGFU.js";function n(g){return t(e,{title:"Settings",children:t("p",{class:"muted",children:"Nothing yet."})})}export{n as SettingsPage};
