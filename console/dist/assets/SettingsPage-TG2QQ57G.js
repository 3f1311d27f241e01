import{k as t,l as e}from"./chunk-6XANPCUW.js";function n(g){return t(e,{title:"Settings",children:t("p",{class:"muted",children:"Nothing yet."})})}export{n as SettingsPage};
