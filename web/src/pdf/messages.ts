import { messages } from "@/app/language";

// Words of a text to read, whoever shows it.
export const pdfWords = messages(
  {
    pageOf: (page: number, pages: number) => `第 ${page} / ${pages} 页`,
    page: (index: number) => `第 ${index + 1} 页`,
    previousPage: "上一页",
    nextPage: "下一页",
    zoomIn: "放大",
    zoomOut: "缩小",
    fit: "适合宽度",
    broken: "这一页无法显示，请下载后查看",
  },
  {
    pageOf: (page: number, pages: number) => `Page ${page} / ${pages}`,
    page: (index: number) => `Page ${index + 1}`,
    previousPage: "Previous page",
    nextPage: "Next page",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Fit to width",
    broken: "This page cannot be shown; download the file",
  },
);
