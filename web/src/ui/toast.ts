// What is said for a moment at the head of the window, where nothing else on the page shows it.

import { ElMessage } from "element-plus/es/components/message/index";
import "element-plus/es/components/message/style/css";
import type { Problem } from "@/api/problem";

/** That something was done. */
export const sayDone = (message: string): void => void ElMessage({ type: "success", message, duration: 5000, showClose: true });

/** That something changed by itself. */
export const sayNews = (message: string): void => void ElMessage({ type: "info", message, duration: 5000, showClose: true });

/** That something was refused, where there is no place beside what was pressed. */
export const sayRefused = (problem: Problem): void =>
  void ElMessage({ type: "warning", message: problem.detail || problem.title, duration: 8000, showClose: true });
