// A photo by the camera of this device.
import { button, h } from "../dom.js";
import { open } from "./dialog.js";

export const cameraThere = () => Boolean(navigator.mediaDevices?.getUserMedia); // only where the connection is safe: https, or this computer

const quality = 0.92; // of the JPEG: small letters stay legible

// photograph gives a File, or undefined where none was taken.
export function photograph() {
  return open("Photograph a document", (close) => {
    const video = h("video", { autoplay: true, playsinline: true, "aria-label": "What the camera sees" });
    video.muted = true;
    const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
    const shoot = button("Take the photo", { kind: "primary", icon: "camera", disabled: true, on: async () => close(await frame(video)) });
    const box = h("div", { class: "stack camera" }, video, h("p", { class: "quiet small", text: "Fill the picture with the document. Turned and tilted is fine; blurred is not." }), wrong, h("div", { class: "row end" }, button("Cancel", { on: () => close() }), shoot));
    start(video).then((stream) => {
      shoot.disabled = false;
      shoot.focus();
      const dialog = box.closest("dialog");
      const end = () => stream.getTracks().forEach((track) => track.stop());
      if (dialog) dialog.addEventListener("close", end); else end();
    }, (error) => {
      wrong.hidden = false;
      wrong.textContent = error.name === "NotAllowedError" ? "The browser does not let this page use the camera. Allow it in the address bar, or choose a file." : "There is no camera that can be used. Choose a file instead.";
    });
    return box;
  }, { wide: true });
}

async function start(video) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 2560 }, height: { ideal: 1920 } }, audio: false });
  video.srcObject = stream;
  await video.play();
  return stream;
}

async function frame(video) {
  const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  return new File([blob], "photo-" + new Date().toISOString().slice(0, 19).replaceAll(":", "-") + ".jpg", { type: "image/jpeg" });
}
