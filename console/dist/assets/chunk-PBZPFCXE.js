import{w as l}from"./chunk-6VWBA6NH.js";function n({label:r,children:e}){return l("div",{class:"scrolls",tabIndex:0,role:"region","aria-label":r,children:e})}export{n as a};
