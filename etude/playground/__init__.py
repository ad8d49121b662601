"""TensorFlow Playground's world: points in the plane, small networks, and its way to learn, number for number."""
