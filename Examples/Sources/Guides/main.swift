// Runs the code of every guide, in the current folder, where they leave files: Guides
//
// scripts/guides.py makes the functions and their table in Generated/ of the guides' texts; scripts/examples.sh calls it.
for guide in guides {
  try guide.run()
  print("ok: \(guide.name)")
}
