# Test galaxies beside drawn ones: gnuplot -e "folder='…'" galaxy.gnuplot
set terminal pngcairo size 1200, 1000 font "sans,13"
set output folder . '/galaxy.png'
data = folder . '/data.txt'
samples = folder . '/samples.txt'
unset key
set style data dots
set multiplot layout 2, 2

set xlabel 'redshift (standardized)'
set ylabel 'magnitude i (standardized)'
set xrange [-2 : 2.5]
set yrange [-4.5 : 2]
set title '10,000 galaxies'
plot data using 1:5 linecolor rgb '#30305080'
set title '10,000 draws from the flow'
plot samples using 1:5 linecolor rgb '#30a04020'

set xlabel 'redshift (standardized)'
set ylabel 'g - r (standardized)'
set yrange [-1 : 1.5]
set title '10,000 galaxies'
plot data using 1:($3 - $4) linecolor rgb '#30305080'
set title '10,000 draws from the flow'
plot samples using 1:($3 - $4) linecolor rgb '#30a04020'
unset multiplot
