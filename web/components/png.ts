/** Dots per CSS pixel: 300 dots an inch. */
const SCALE = 300 / 96;
/** Browsers refuse a larger canvas, px. */
const LARGEST_SIDE = 16_000;
const LARGEST_AREA = 120e6;

/** An SVG as a PNG of 300 dots an inch, fewer if the picture is very tall. */
export async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { width, height } = image;
    const scale = Math.min(
      SCALE,
      LARGEST_SIDE / Math.max(width, height),
      Math.sqrt(LARGEST_AREA / (width * height)),
    );
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null) reject(new Error("the browser could not make a PNG of this size; take the SVG"));
        else resolve(blob);
      }, "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
