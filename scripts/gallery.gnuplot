# Data above, fitted densities below: gnuplot -e "folder='…'" -e "picture='…'" -e "label='…'" gallery.gnuplot
set terminal pngcairo size 1000, 440 font "sans,10"
set output picture
unset key
unset tics
unset colorbox
set size ratio -1
set xrange [-4.5 : 4.5]
set yrange [-4.5 : 4.5]
set palette defined (0 '#ffffff', 0.15 '#c6dbef', 0.4 '#6baed6', 0.7 '#2171b5', 1 '#08306b')
sets = 'moons rings checkerboard spirals pinwheel'
set multiplot layout 2, 5 margins 0.01, 0.99, 0.02, 0.88 spacing 0.01, 0.01 title label noenhanced
do for [name in sets] {
  plot folder . '/' . name . '-data.txt' using 1:2 with dots linecolor rgb '#08306b'
}
do for [name in sets] {
  set cbrange [0 : real(system('cat ' . folder . '/' . name . '-top.txt'))]
  plot folder . '/' . name . '-density.txt' matrix using (($1 + 0.5) / 40 - 6):(($2 + 0.5) / 40 - 6):3 with image
}
unset multiplot
