// Lessons worth a look: what each is called, its address, and what is to be seen.

/** @type {{title: string, address: string, words: string}[]} */
export const EXAMPLES = [
  {
    title: "Two points and one unit, by hand",
    address: "loss=bce&points=0.9,-0.2,0;0.75,0.6,1&networkShape=&batchSize=1&learningRate=0.01&initZero=true",
    words: "Press N: a logistic unit that starts at 0 learns from one point, then from the other, with every number of the calculation.",
  },
  {
    title: "Rosenblatt’s perceptron, mistake by mistake",
    address: "optimizer=perceptron&points=-3.5,0.6,1;-3.6,3,1;4.9,-4.2,0;-3.2,-4.2,1;1.2,4.6,0;-2,-3.9,1;-1.9,1.8,1;-4.5,4.1,1;1.3,-2.6,1;0.3,-4.4,1;4.4,3,0;1,-3.5,1;-3.7,2.1,1;-0.9,3.8,1;-1.4,3,1;4.3,-3.5,0;1.7,3.8,0;3.5,-2.3,0&networkShape=&learningRate=1&initZero=true",
    words: "Press the right arrow: the rule goes to the next point on the wrong side, and adds it to w, or takes it away. After 11 mistakes, of at most 114, the line rests.",
  },
  {
    title: "What no perceptron can learn",
    address: "optimizer=perceptron&dataset=xor&networkShape=&learningRate=1&initZero=true&seed=0.42",
    words: "No line parts these classes, so mistakes have no bound and the line never rests (Minsky and Papert 1969). Switch X₁X₂ on, and it does.",
  },
  {
    title: "A ring without hidden layers",
    address: "dataset=circle&networkShape=&x=false&y=false&xSquared=true&ySquared=true&seed=0.42",
    words: "Told the squares of the coordinates, a single unit draws a circle: in its own plane the border is a straight line.",
  },
  {
    title: "Exclusive or in one product",
    address: "dataset=xor&networkShape=&x=true&y=true&xTimesY=true&seed=0.42",
    words: "With X₁X₂ one unit is enough. Switch that feature off, and no straight line will do; then add a hidden layer.",
  },
  {
    title: "A spiral learnt by heart",
    address: "dataset=spiral&noise=50&percTrainData=10&networkShape=8,8&activation=tanh&learningRate=0.1&batchSize=5&x=true&y=true&sinX=true&sinY=true&seed=0.42&showTestData=true",
    words: "50 noisy points: within some 300 epochs the training loss falls to almost nothing, the test loss stays high. Then learn from more points.",
  },
  {
    title: "Gradients that vanish",
    address: "dataset=circle&networkShape=4,4,4,4,4,4&activation=sigmoid&learningRate=0.03&seed=0.42",
    words: "Six layers of sigmoid units learn nothing. Press N and compare δ of the last layer with δ of the first; then choose ReLU.",
  },
  {
    title: "A GAN that makes two clouds",
    address: "problem=generate&dataset=gauss&seed=0.42",
    words: "Press Space: made points, orange, run to the real ones, blue, first to one cloud, then to both. When they lie alike, the critic’s map turns pale: it cannot tell.",
  },
  {
    title: "A GAN that is too small",
    address: "problem=generate&dataset=blobs&classes=6&networkShape=8&generator=4&seed=0.42",
    words: "Six clouds are too much for such small networks: most made points lie between them, and one or another cloud is left out. Give D a second hidden layer, and G 16 units twice.",
  },
  {
    title: "A learning rate that is too high",
    address: "dataset=circle&networkShape=4,2&activation=relu&learningRate=3&seed=0.42",
    words: "Each step goes far beyond the valley, and the loss jumps. Choose 0.03 and press Reset.",
  },
];

/** Fill the menu; what is to be seen stays on the page after the choice. @param {HTMLElement} menu @param {HTMLElement} note */
export function offer(menu, note) {
  const [text, close] = [document.createElement("span"), document.createElement("button")];
  close.textContent = "×";
  close.setAttribute("aria-label", "Put this hint away");
  close.onclick = () => (note.hidden = true);
  note.append(text, close);
  menu.append(
    ...EXAMPLES.map(({ title, address, words }) => {
      const link = document.createElement("a");
      link.href = `#${address}`;
      const [name, sentence] = [document.createElement("b"), document.createElement("span")];
      name.textContent = title;
      sentence.textContent = words;
      link.append(name, sentence);
      link.onclick = () => {
        menu.hidePopover();
        text.textContent = words;
        note.hidden = false;
      };
      return link;
    }),
  );
}
