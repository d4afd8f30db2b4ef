// Runs the code of every guide, in the current folder, where they leave files: Guides
//
// scripts/guides.py makes the functions and their table in Generated/ of the guides' texts; scripts/examples.sh calls it.
import Glibc

for guide in guides {
  do {
    try guide.run()
  } catch {
    print("\(guide.name).md: \(error)")
    exit(1)
  }
  print("ok: \(guide.name)")
}
